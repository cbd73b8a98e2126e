"""How texts are read before they are compared: as a person sees them, slips mended."""
