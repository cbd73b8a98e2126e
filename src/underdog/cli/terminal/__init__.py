"""What commands share: console, option groups, progress bars, exit codes."""
