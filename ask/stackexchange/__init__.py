"""Stack Exchange's dump: reading it, building a site from it, and writing one."""
