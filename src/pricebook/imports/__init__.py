"""Asking for a list to be taken in: by a sync, an upload, or the schedule."""
