"""What runs inside a grading worker; imported by the worker process only, never by the library."""
