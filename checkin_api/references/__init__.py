"""Enrolled photos (登记照): added, examined by the worker, approved by an officer."""
