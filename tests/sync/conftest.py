from worker_fixtures import ended, queue, settings, until, worker_database, worker_settings, working

__all__ = ["ended", "queue", "settings", "until", "worker_database", "worker_settings", "working"]
