"""The state of the whole system: its servers, its workers, and checks of the installation."""
