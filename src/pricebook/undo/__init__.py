"""Undo of imports: what an import changed is taken back, but for what was changed since."""
