"""What the operating system is asked for: disks, memory, child processes."""
