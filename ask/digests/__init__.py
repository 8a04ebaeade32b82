"""What people hear of on the site and by mail, and the outbox in which mails wait."""
