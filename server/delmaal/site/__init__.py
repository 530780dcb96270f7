"""What people read: pages, pictures, the vocabulary."""
