"""What everybody may read: the contract itself, the receipt keys, the app versions, health."""
