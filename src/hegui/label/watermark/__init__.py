"""A watermark in pictures (隐蔽水印) that who holds the key can detect; needs the extra `watermark`."""
