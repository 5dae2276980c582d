"""Which mapping describes a source, checked against the loaders there are."""

from pathlib import Path

from crm_store.errors import SourceFileError
from crm_store.sources.checking import check
from crm_store.sources.loaders.registry import LOADERS
from crm_store.sources.mapping import Mappings, SourceMapping, read_mapping

PACKAGED = Mappings()


def mapping_of(
    source: str, path: Path | None = None, mappings: Mappings = PACKAGED
) -> SourceMapping:
    """Return the mapping of a source; raises `SourceFileError` on an unknown name."""
    found = read_mapping(path or mappings.path_of(source))
    if found.source != source:
        raise SourceFileError(f"the mapping describes {found.source}, not {source}")
    if found.loader not in LOADERS:
        raise SourceFileError(f"no loader {found.loader}: it is one of {', '.join(LOADERS)}")
    check(found, f"{source}.yml" if path is None else path.name)
    return found
