"""Stronger models than those that ship: what each is asked, and what its answer means. No sockets and no policy in here."""
