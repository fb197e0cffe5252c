from worker_fixtures import ask, ended, queue, settings, until, working

__all__ = ["ask", "ended", "queue", "settings", "until", "working"]
