/** https://docs.ceph.com/en/latest/rados/configuration/ and https://docs.ceph.com/en/latest/radosgw/config-ref/ */
export function cephConfig({
  folder,
  fsid,
  monAddress,
  port,
}: {
  folder: string
  fsid: string
  monAddress: string
  /** Of the gateway. */
  port: number
}): string {
  return `[global]
fsid = ${fsid}
mon host = ${monAddress}
public network = 127.0.0.0/8
ms bind ipv6 = false
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
auth allow insecure global id reclaim = false
keyring = ${folder}/keyring
run dir = ${folder}/run
admin socket = ${folder}/run/$name.$pid.asok
pid file = ${folder}/run/$name.pid
log file = ${folder}/$name.log

# One daemon holds everything once.
osd pool default size = 1
osd pool default min size = 1
mon allow pool size one = true
osd pool default pg num = 8
osd crush chooseleaf type = 0
mon max pg per osd = 1000

# A nearly full disk is no reason to refuse a test.
mon data avail crit = 1
mon data avail warn = 2

[mon.a]
mon data = ${folder}/mon

[osd.0]
osd data = ${folder}/osd
osd objectstore = memstore
memstore device bytes = 2147483648

[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:${port} tcp_nodelay=1
rgw thread pool size = 32
rgw relaxed region enforcement = true
rgw s3 auth use sts = false
`
}
