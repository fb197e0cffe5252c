from worker_fixtures import ended, queue, settings, until, working

__all__ = ["ended", "queue", "settings", "until", "working"]
