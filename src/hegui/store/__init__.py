"""What hegui keeps: a database behind the ports of `usecases.ports`, and the secret of the pseudonyms."""

from hegui.store.secrets import pseudonym_secret
from hegui.store.spool_recorder import SpoolRecorder, spool_status
from hegui.store.store import Store, open_keeper, open_store
from hegui.store.tile_folder import TileFolder

__all__ = ["SpoolRecorder", "Store", "TileFolder", "open_keeper", "open_store", "pseudonym_secret", "spool_status"]
