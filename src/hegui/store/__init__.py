"""What hegui keeps: a database behind the ports of `usecases.ports`, and the secret of the pseudonyms."""

from hegui.store.secrets import pseudonym_secret
from hegui.store.store import Store, open_keeper, open_store

__all__ = ["Store", "open_keeper", "open_store", "pseudonym_secret"]
