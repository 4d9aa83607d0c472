"""The boundary TXT of land surveys (勘测定界界址点坐标交换文件)."""
