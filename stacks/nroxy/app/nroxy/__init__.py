"""nroxy: notes that people leave, counted by a worker and announced by a bot."""
