"""What the operating system says of a file, in Chinese; in English it says it itself."""

REASONS: dict[str, str] = {
    "No such file or directory": "没有该文件或文件夹",
    "Permission denied": "没有权限",
    "Operation not permitted": "不允许此项操作",
    "Is a directory": "这是文件夹",
    "Not a directory": "路径中有一段不是文件夹",
    "File exists": "已有同名文件",
    "File name too long": "文件名过长",
    "No space left on device": "磁盘空间不足",
    "Disk quota exceeded": "超出磁盘配额",
    "Read-only file system": "文件系统为只读",
    "Input/output error": "读写出错",
    "Too many levels of symbolic links": "符号链接层数过多",
    "Too many open files": "打开的文件过多",
    "Address already in use": "地址已被占用",
    "Cannot assign requested address": "本机没有该地址",
    "Connection refused": "连接被拒绝",
    "Text file busy": "文件正在使用",
    "File too large": "文件过大",
}
"""The system's own words to ours."""
