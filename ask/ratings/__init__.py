"""Best questions, users and tags; votes and reputation; badges; hotness."""
