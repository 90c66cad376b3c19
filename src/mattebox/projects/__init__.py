"""Projects: what a user did (an event log), what it means now, and where it is kept."""
