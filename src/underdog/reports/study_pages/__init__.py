"""Page and figure of a study, whatever it studies."""
