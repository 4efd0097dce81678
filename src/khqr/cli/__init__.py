"""The console command `khqr`."""
