"""What a slot of a Spanish pattern takes; as `slots`, which checks what was taken."""

from models.numbers_es import NUMBER_WORDS

_N = rf"(?:(?:{'|'.join(sorted(NUMBER_WORDS, key=len, reverse=True))}|\d[\d.]*) )"
_ONE = r"(?:una? (?=millon |mil |euro |dolar |peso |libra |sol ))"
_NUMBER = rf"(?:(?:{_ONE}{_N}?|{_N})(?:(?:y |con |coma |punto )?(?:{_N}|(?<= y )una? )){{0,15}})"
_MASK = r"(?:\[\S+\] )"
_CENTS = r"(?:centimos? |centavos? )"
_MONEY = rf"(?:(?:euros?|dolar(?:es)?|pesos?|libras?|soles|sol|quetzales|bolivares) |{_CENTS})"
_DAY = r"(?:lunes|martes|miercoles|jueves|viernes|sabado|domingo) "
_MONTH = (
    r"(?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre) "
)
_PART = r"(?:(?:por|en|de|a) la (?:manana|tarde|noche) |al mediodia )"
_UNIT = r"(?:minutos?|horas?|dias?|semanas?|mes(?:es)?|anos?) "
_SPAN = rf"(?:{_NUMBER}(?:(?:a |o ){_NUMBER})?|un |una |unos |unas |un par de |pocos |pocas )"
_KIND = r"(?:habiles |laborables |naturales )?"
_DAY_OF_MONTH = rf"(?:el |dia |para |del ){{0,3}}(?:primero |{_N}{{1,3}})"
_DATE = "|".join(
    (
        rf"(?:(?:el |este |esta |proximo |proxima |para ){{0,3}}{_DAY}(?:que viene |proximo )?"
        rf"{_PART}?(?:(?:dia )?{_N}{{1,3}}(?:de {_MONTH})?)?)",
        rf"(?:(?:pasado manana |hoy (?:mismo )?|manana (?:mismo )?){_PART}?)",
        r"(?:esta (?:manana |tarde |noche ))",
        rf"(?:{_DAY_OF_MONTH}(?:y uno? )?de(?:l mes de)? {_MONTH}(?:del? {_NUMBER})?)",
        rf"(?:(?:el )?dia {_N}{{1,3}})",
        rf"(?:el (?:primero |{_N}{{1,2}}))",
        rf"(?:(?:en |dentro de |hasta |de aqui a |en un plazo de |antes de )(?:los |las )?"
        rf"(?:proximos |proximas |siguientes )?{_SPAN}{_KIND}{_UNIT}{_KIND})",
        rf"(?:{_SPAN}(?:dias |horas )(?:habiles |laborables |naturales ))",
        r"(?:(?:a )?(?:fin(?:al)?(?:es)? )(?:de |del )(?:mes |semana |ano |dia ))",
        r"(?:(?:la |el )?(?:proxima |proximo )(?:semana |mes |ano ))",
        r"(?:(?:la semana |el mes |el ano )(?:que viene |proxima |proximo |entrante ))",
        r"(?:(?:esta semana |este mes ))",
    )
)
_TIME = "|".join(
    (
        rf"(?:(?:a )?(?:la |las ){_N}{{1,2}}"
        rf"(?:y (?:media |cuarto |pico |{_N})|menos (?:cuarto |{_N}))?"
        rf"(?:en punto |{_PART})?)",
        rf"(?:{_N}{{1,2}}(?:y (?:media |cuarto )|menos cuarto |am |pm |horas ))",
        r"(?:(?:al )?mediodia |medianoche )",
    )
)
_NOT_NAMES = (
    "el la los las un una y o pero que de del a al en con por para sin su sus mi mis tu tus me "
    "te le nos les lo se es era soy esta estoy estamos esto eso ese esa este si no ya muy mas "
    "como donde cuando quien cual porque aqui alli ahora hoy favor gracias hola buenos buenas "
    "dias tardes noches senor senora usted ustedes yo ella ellos nosotros hay tengo tiene "
    "quiero puedo puede podria digame diga bueno vale claro okay bien llamo llamando habla "
    "hablo atiende"
)
_NOT_PEOPLE = (
    "cliente clienta titular enfadado enfadada enojado enojada molesto molesta harto harta "
    "cansado cansada furioso furiosa contento contenta encantado encantada seguro segura feliz "
    "triste mal peor mejor nuevo nueva ultimo ultima primero primera servicio atencion soporte "
    "ventas factura casa trabajo esperando intentando buscando pensando mirando una verguenza"
)
_STOP = rf"(?!(?:{'|'.join(_NOT_NAMES.split())}) )"
_NO_PERSON = rf"(?!(?:{'|'.join((_NOT_NAMES + ' ' + _NOT_PEOPLE).split())}) )"

SHAPES = {
    "number": rf"(?:{_NUMBER}|{_MASK})",
    "digits": rf"(?:{_NUMBER}|{_MASK})+",
    "amount": rf"(?:{_NUMBER}(?:{_MONEY}(?:(?:con |y )?{_NUMBER}{_CENTS}?)?)?)",
    "date": rf"(?:{_DATE})",
    "time": rf"(?:{_TIME})",
    "name": rf"(?:{_NO_PERSON}[^\W\d_]+ ){{1,3}}?",
    "word": r"(?:\S+ )",
    "ref": rf"(?:(?:[a-z] |{_N}|[a-z]*\d[a-z\d]* |{_MASK}){{1,16}})",
}
PLACE_SHAPE = rf"(?:{_STOP}\S+ )(?:\S+ ){{0,2}}?"
_COUNTED = (
    "minuto minutos hora horas dia dias semana semanas mes meses ano anos habiles laborables "
    "persona personas vez veces cosa cosas segundo segundos pregunta preguntas llamada llamadas"
)
COUNTED = frozenset(_COUNTED.split())
"""Things that are counted: a number before them is no price."""
