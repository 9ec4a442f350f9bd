"""What is remembered: records in PostgreSQL, media in an S3 store, the bell on Redis or Valkey."""
