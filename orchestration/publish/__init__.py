"""Publication: the audited build becomes what people may read, whole and at once.

Belongs here: choosing what leaves (default-deny), pseudonyms, and the atomic swap. Does not belong here: counting
(dbt) or rules on small numbers (disclosure control).
"""

from orchestration.publish.publication import Publication, PublicationError, latest_publication, publish

__all__ = ["Publication", "PublicationError", "latest_publication", "publish"]
