#!/bin/bash
# Runs one service in a container, or checks that it does its work:
#   service.sh namenode|datanode|metastore
#   service.sh folders                 makes the lake's folders, once
#   service.sh check SERVICE           exits 0 when it is ready
set -euo pipefail

java_in() {
    local heap=$1 main=$2
    shift 2
    "${JAVA_HOME:?}/bin/java" "-Xmx$heap" -XX:+UseSerialGC -XX:+ExitOnOutOfMemoryError \
        -Djava.net.preferIPv4Stack=true -Dfile.encoding=UTF-8 \
        --enable-native-access=ALL-UNNAMED \
        -cp "$STACK_ETC/metastore:$STACK_ETC/hadoop:$STACK_LIB/*" "$main" "$@"
}

# Whether an HTTP address answers with a text.
answers() {
    exec 3<>"/dev/tcp/127.0.0.1/$1"
    printf 'GET %s HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' "$2" >&3
    grep --quiet --extended-regexp "$3" <&3
}

check() {
    case $1 in
        namenode)
            answers "${HDFS_HTTP_PORT:-9870}" \
                '/jmx?qry=Hadoop:service=NameNode,name=NameNodeInfo' '"Safemode" : ""'
            ;;
        datanode)
            answers "${DATANODE_HTTP_PORT:-9864}" \
                '/jmx?qry=Hadoop:service=DataNode,name=DataNodeInfo' '"ClusterId" : "CID'
            ;;
        metastore)
            # getStatus in Thrift's binary protocol; a reply begins 80 01 00 02.
            exec 3<>"/dev/tcp/127.0.0.1/$METASTORE_PORT"
            printf '\x80\x01\x00\x01\x00\x00\x00\x09getStatus\x00\x00\x00\x00\x00' >&3
            [[ $(head --bytes 4 <&3 | od --address-radix=n --format=x1) == ' 80 01 00 02' ]]
            ;;
    esac
}

folders() {
    local made=(/procurement /user/hive)
    java_in 128M org.apache.hadoop.fs.FsShell -mkdir -p "${made[@]}"
    java_in 128M org.apache.hadoop.fs.FsShell -chown procurement:procurement "${made[@]}"
    java_in 128M org.apache.hadoop.fs.FsShell -chmod 750 "${made[@]}"
    java_in 128M org.apache.hadoop.fs.FsShell -chmod 755 /user
}

hdfs=org.apache.hadoop.hdfs.server
hive=org.apache.hadoop.hive.metastore
case ${1:-} in
    namenode)
        if [[ ! -e $HDFS_DATA_DIR/name/current/VERSION ]]; then
            java_in 256M $hdfs.namenode.NameNode -format -nonInteractive
        fi
        java_in 256M $hdfs.namenode.NameNode &
        ;;
    datanode)
        java_in 256M $hdfs.datanode.DataNode &
        ;;
    metastore)
        java_in 256M $hive.tools.schematool.MetastoreSchemaTool \
            -dbType postgres -initOrUpgradeSchema
        java_in 384M $hive.HiveMetaStore &
        ;;
    folders)
        folders
        exit
        ;;
    check)
        check "$2"
        exit
        ;;
    *)
        echo "usage: service.sh namenode|datanode|metastore|folders|check SERVICE" >&2
        exit 2
        ;;
esac
trap 'kill "$!"; wait "$!"' TERM INT
wait "$!"
