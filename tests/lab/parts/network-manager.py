"""A NetworkManager on the traveller's own system bus, that knows where he is.

network-manager.py PLACE CONNECTIVITY [OPTION-69]

Connections are those of the place; CONNECTIVITY is full or portal; OPTION-69 the addresses of mail
servers in the DHCP lease. The evil twin's connection is the hotel's: who copies the name of a
wireless network is taken for it, UUID and all.
"""

import sys

import dbus
import dbus.mainloop.glib
import dbus.service
from dbusmock import mockobject
from gi.repository import GLib

NAME = "org.freedesktop.NetworkManager"
ROOT = "/org/freedesktop/NetworkManager"
CONNECTIVITY = {"portal": 2, "full": 4}
ACTIVATED = 2

# name, UUID, type, SSID, search domain, own address, gateway
HOTEL = ("Hotel Guests", "3f0c6d52-51f2-4c7e-9d0a-7e1f5b2a0077", "802-11-wireless", "Hotel Guests",
         "hotel.example.net", "10.77.0.50", "10.77.0.1")
WORK_TUNNEL = ("Work VPN", "3f0c6d52-51f2-4c7e-9d0a-7e1f5b2a0060", "vpn", None,
               "thephone-company.com", "198.51.100.60", "198.51.100.1")
PLACES = {
    "home": [("At home", "3f0c6d52-51f2-4c7e-9d0a-7e1f5b2a0001", "802-11-wireless", "Chudzik",
              "proseware.com", "192.0.2.50", "192.0.2.1")],
    "work": [("Wired connection 1", "3f0c6d52-51f2-4c7e-9d0a-7e1f5b2a0002", "802-3-ethernet", None,
              "thephone-company.com", "198.51.100.50", "198.51.100.1")],
    "hotel": [HOTEL],
    "evil": [HOTEL[:5] + ("10.79.0.50", "10.79.0.1")],
    "train": [("Train", "3f0c6d52-51f2-4c7e-9d0a-7e1f5b2a0078", "802-11-wireless", "Train",
               "train.example.net", "10.78.0.50", "10.78.0.1")],
    "vpn": [WORK_TUNNEL, HOTEL],
    "split": [HOTEL, WORK_TUNNEL],
}


def active(connection, number, has_default):
    name, uuid, kind, ssid, _domain, _address, _gateway = connection
    return {
        "Id": name, "Uuid": uuid, "Type": kind, "Vpn": dbus.Boolean(kind == "vpn"),
        "State": dbus.UInt32(ACTIVATED), "Default": dbus.Boolean(has_default),
        "Default6": dbus.Boolean(has_default),
        "SpecificObject": dbus.ObjectPath(f"{ROOT}/AccessPoint/{number}" if ssid else "/"),
        "Ip4Config": dbus.ObjectPath(f"{ROOT}/IP4Config/{number}"),
        "Ip6Config": dbus.ObjectPath("/"),
        "Dhcp4Config": dbus.ObjectPath(f"{ROOT}/DHCP4Config/{number}")}


def add_connection(manager, connection, number, has_default, option_69):
    _name, _uuid, _kind, ssid, domain, address, gateway = connection
    manager.AddObject(f"{ROOT}/ActiveConnection/{number}", f"{NAME}.Connection.Active",
                      active(connection, number, has_default), [])
    if ssid:
        manager.AddObject(f"{ROOT}/AccessPoint/{number}", f"{NAME}.AccessPoint",
                          {"Ssid": dbus.ByteArray(ssid.encode("utf-8"))}, [])
    manager.AddObject(
        f"{ROOT}/IP4Config/{number}", f"{NAME}.IP4Config",
        {"Domains": dbus.Array([domain], signature="s"), "Searches": dbus.Array([], signature="s"),
         "Gateway": gateway,
         "AddressData": dbus.Array([dbus.Dictionary(
             {"address": address, "prefix": dbus.UInt32(24)}, signature="sv")],
                                    signature="a{sv}")}, [])
    options = {"domain_name": domain, "ip_address": address, "routers": gateway}
    if option_69:
        options["smtp_server"] = option_69
    manager.AddObject(f"{ROOT}/DHCP4Config/{number}", f"{NAME}.DHCP4Config",
                      {"Options": dbus.Dictionary(options, signature="sv")}, [])


def main():
    place, connectivity, option_69 = (sys.argv[1:] + [""])[:3]
    dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
    bus = dbus.SystemBus()
    connections = PLACES[place]
    # under a full tunnel, primary is the connection beneath it
    primary = next(number for number, one in enumerate(connections) if one[2] != "vpn")
    manager = mockobject.DBusMockObject(
        dbus.service.BusName(NAME, bus), ROOT, NAME,
        {"ActiveConnections": dbus.Array(
            [dbus.ObjectPath(f"{ROOT}/ActiveConnection/{i}") for i in range(len(connections))],
            signature="o"),
         "PrimaryConnection": dbus.ObjectPath(f"{ROOT}/ActiveConnection/{primary}"),
         "Connectivity": dbus.UInt32(CONNECTIVITY[connectivity])})
    mockobject.objects[ROOT] = manager
    for number, connection in enumerate(connections):
        add_connection(manager, connection, number, number == 0, option_69)
    GLib.MainLoop().run()


main()
