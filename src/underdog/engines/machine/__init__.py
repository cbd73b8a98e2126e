"""What this machine has: processor, memory, a process and its children."""
