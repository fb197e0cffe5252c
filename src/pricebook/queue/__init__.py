"""The message about a task, and the library that carries it. The task itself is a row."""
