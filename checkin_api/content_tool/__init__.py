"""`python -m checkin_api.content_tool`: checks study modules on an editor's machine and sends them.

It speaks with the server over HTTP only, and imports nothing but the contract.
"""
