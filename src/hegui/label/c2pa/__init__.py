"""C2PA manifests (内容凭证): signed statements of origin, written last, beside the label; needs the extra `c2pa`."""
