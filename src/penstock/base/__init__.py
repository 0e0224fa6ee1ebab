"""What every layer may use: clocks, ids, settings, the codec, small text and graph tools."""
