"""Best questions, users and tags; badges; hotness."""
