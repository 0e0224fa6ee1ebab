"""The transforms and the platform of the encounters; nothing here knows an orchestrator."""
