"""Chat templates, rendered in a child process of their own."""
