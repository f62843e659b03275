"""The quiz itself: no platform, no database, no network and no clock."""
