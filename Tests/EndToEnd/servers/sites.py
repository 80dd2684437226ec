"""The servers of the README's table, in its order."""

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
