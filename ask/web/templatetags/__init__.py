"""What templates may call: `ask` formats, `sidebar` reads the lists that jobs compute."""
