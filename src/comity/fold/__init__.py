"""How statements become a state: the order of a thread, rules, duties.  No input or output."""
