"""How fast an engine and this machine are."""
