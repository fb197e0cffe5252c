"""Functions of the operating system: disks, file locks, memory, processes, tasks."""
