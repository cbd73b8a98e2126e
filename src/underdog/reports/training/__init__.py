"""The page of a training run: its record read from the folder, its curves, the HTML."""
