"""Assembly: the command line, the process that serves, the demonstration."""
