"""What every part of Ask may use, and what knows none of them."""
