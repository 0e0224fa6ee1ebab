"""Running plans: the driver, the steps, and the executors and IO managers they use."""
