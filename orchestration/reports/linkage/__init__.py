"""The page that says how right the linkage is, made from what is published and from patterns of errors."""

from orchestration.reports.linkage.page import LINKAGE_FOLDER, write_linkage_page

__all__ = ["LINKAGE_FOLDER", "write_linkage_page"]
