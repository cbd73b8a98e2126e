"""underdog makes a small language model do a big one's job, and proves it."""
