"""What templates may call to keep their parts."""
