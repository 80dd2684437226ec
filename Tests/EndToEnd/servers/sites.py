"""The servers of README's table, in the same order."""

from apache import ApacheFcgid, ApacheProxyFCGI, ApacheSharedHost
from lighttpd import LighttpdBinPath, LighttpdSocket
from nginx import NginxFCGIWrap, NginxSpawnFCGI, NginxSystemd

SITES = [
    NginxSystemd,
    NginxSpawnFCGI,
    ApacheProxyFCGI,
    ApacheFcgid,
    ApacheSharedHost,
    LighttpdSocket,
    LighttpdBinPath,
    NginxFCGIWrap,
]
