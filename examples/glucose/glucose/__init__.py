"""From a Nightscout API to glucose statistics and a report, as Penstock assets."""
