from worker_fixtures import queue, running_worker, settings, worker_database, worker_settings

__all__ = ["queue", "running_worker", "settings", "worker_database", "worker_settings"]
