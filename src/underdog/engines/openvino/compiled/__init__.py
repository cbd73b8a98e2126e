"""The model as a compiled OpenVINO graph: weights, layers, cache, hidden states."""
